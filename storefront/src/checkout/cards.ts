/** Cards of the demonstration shop. No number is ever asked for or sent: a card is a name for itself. */
export interface DemoCard {
  id: string;
  name: string;
  note: string;
  country: string;
}

export const DEMO_CARDS: readonly DemoCard[] = [
  { id: "home", name: "Card ending 4242", note: "issued in Germany", country: "DE" },
  { id: "abroad", name: "Card ending 8910", note: "issued in Brazil", country: "BR" },
  { id: "fresh", name: "Card ending 0007", note: "issued in the United States", country: "US" },
];

export const COUNTRIES: readonly { code: string; name: string }[] = [
  { code: "DE", name: "Germany" },
  { code: "AT", name: "Austria" },
  { code: "FR", name: "France" },
  { code: "GB", name: "United Kingdom" },
  { code: "US", name: "United States" },
  { code: "BR", name: "Brazil" },
  { code: "NG", name: "Nigeria" },
];

export function cardIdOf(deviceId: string, card: DemoCard): string {
  return `card-${card.id}-${deviceId}`.slice(0, 64);
}
