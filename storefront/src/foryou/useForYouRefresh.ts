import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onAnswered } from "../events/outbox";
import { FEATURES_KEY, type Features } from "../live/useFeatures";
import { RefreshPlan, saysSomething } from "./refresh";
import { FOR_YOU_KEY } from "./useForYou";

/** Brings the list up to date after each event the door has answered; mounted once. */
export function useForYouRefresh(): void {
  const client = useQueryClient();
  useEffect(() => {
    const revision = (): number => client.getQueryData<Features>(FEATURES_KEY)?.revision ?? 0;
    let decidedOn = revision();
    const plan = new RefreshPlan({
      look: async () => {
        await client.refetchQueries({ queryKey: FEATURES_KEY });
        return revision() !== decidedOn;
      },
      ask: async () => {
        decidedOn = revision();
        await client.refetchQueries({ queryKey: FOR_YOU_KEY, type: "all" });
      },
    });
    const forget = onAnswered((lines) => {
      if (saysSomething(lines)) plan.begin();
    });
    return () => {
      forget();
      plan.stop();
    };
  }, [client]);
}
