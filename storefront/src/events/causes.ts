/** Which decision put a product before the visitor, kept from the click to what follows it. */
export interface Cause {
  decisionId: string;
  position: number;
}

const causes = new Map<string, Cause>();

export function rememberCause(productId: string, cause: Cause): void {
  causes.set(productId, cause);
}

export function causeOf(productId: string): Cause | undefined {
  return causes.get(productId);
}
