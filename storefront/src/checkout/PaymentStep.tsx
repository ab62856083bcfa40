import type { FormEvent } from "react";
import { DEMO_CARDS, type DemoCard } from "./cards";

interface Props {
  card: DemoCard;
  amount: string;
  busy: boolean;
  onChange(card: DemoCard): void;
  onPay(): void;
}

export function PaymentStep({ card, amount, busy, onChange, onPay }: Props) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onPay();
  };
  return (
    <form className="step" onSubmit={submit}>
      <h2>2. How to pay</h2>
      <fieldset className="cards">
        <legend>Demonstration cards: nothing real is asked for, nothing is charged</legend>
        {DEMO_CARDS.map((one) => (
          <label key={one.id} className="card-choice">
            <input type="radio" name="card" checked={one.id === card.id} onChange={() => onChange(one)} />
            <span>{one.name}<small>{one.note}</small></span>
          </label>
        ))}
      </fieldset>
      <button className="button" type="submit" data-testid="pay" disabled={busy}>{busy ? "Checking…" : `Pay ${amount}`}</button>
    </form>
  );
}
