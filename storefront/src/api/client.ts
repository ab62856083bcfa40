import type { Problem } from "./types";

/** An answer that is not 2xx, as the API words it (application/problem+json). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }
}

const DEADLINE_MS = 5_000;

export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, { signal: AbortSignal.timeout(DEADLINE_MS), ...init });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}

export function post<T>(path: string, body: object): Promise<T> {
  return request<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function problemOf(response: Response): Promise<ApiError> {
  // A proxy in between may answer with a page of its own.
  const { title, detail } = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new ApiError(response.status, title ?? `The shop answered ${response.status}`, detail ?? "");
}
