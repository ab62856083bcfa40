import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { worthRetrying } from "./api/shop";
import { App } from "./App";
import { sendOnLeave } from "./events/outbox";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/header.css";
import "./styles/catalogue.css";
import "./styles/for-you.css";
import "./styles/cart.css";
import "./styles/checkout.css";
import "./styles/live.css";
import "./styles/activity.css";

const client = new QueryClient({
  defaultOptions: { queries: { retry: worthRetrying, retryDelay: 300, refetchOnWindowFocus: false } },
});

window.addEventListener("pagehide", sendOnLeave);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") sendOnLeave();
});

createRoot(document.getElementById("root")!).render(
  <QueryClientProvider client={client}>
    <App />
  </QueryClientProvider>,
);
