import type { FormEvent } from "react";
import { COUNTRIES } from "./cards";

interface Props {
  shipping: string;
  billing: string;
  onChange(shipping: string, billing: string): void;
  onDone(): void;
  done: boolean;
}

export function ShippingStep({ shipping, billing, onChange, onDone, done }: Props) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onDone();
  };
  return (
    <form className="step" onSubmit={submit}>
      <h2>1. Where to</h2>
      <CountryField id="shipping" label="Deliver to" value={shipping} onChange={(code) => onChange(code, billing)} />
      <CountryField id="billing" label="Bill to" value={billing} onChange={(code) => onChange(shipping, code)} />
      {!done && <button className="button" type="submit">Continue</button>}
    </form>
  );
}

function CountryField({ id, label, value, onChange }: { id: string; label: string; value: string; onChange(code: string): void }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {COUNTRIES.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
      </select>
    </div>
  );
}
