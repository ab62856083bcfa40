import { CartPage } from "./cart/CartPage";
import { CategoryPage } from "./catalogue/CategoryPage";
import { HomePage } from "./catalogue/HomePage";
import { ProductPage } from "./catalogue/ProductPage";
import { SearchPage } from "./catalogue/SearchPage";
import { CheckoutPage } from "./checkout/CheckoutPage";
import { useScrollEvents } from "./events/useScrollEvents";
import { useForYouRefresh } from "./foryou/useForYouRefresh";
import { LivePanel } from "./live/LivePanel";
import { hrefOf, type Route } from "./routing/route";
import { useRoute } from "./routing/useRoute";
import { Header } from "./shell/Header";

export function App() {
  const route = useRoute();
  useForYouRefresh();
  useScrollEvents(hrefOf(route));
  return (
    <div className="shell">
      <Header route={route} />
      <main id="main" tabIndex={-1}><Page route={route} /></main>
      <LivePanel />
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.place) {
    case "home":
      return <HomePage />;
    case "category":
      return <CategoryPage key={route.category} category={route.category} />;
    case "search":
      return <SearchPage query={route.query} />;
    case "product":
      return <ProductPage key={route.productId} productId={route.productId} />;
    case "cart":
      return <CartPage />;
    case "checkout":
      return <CheckoutPage />;
  }
}
