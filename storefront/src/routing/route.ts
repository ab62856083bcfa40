/** The page's places, as the part of the address after `#`: no server needs to know them. */
export type Route =
  | { place: "home" }
  | { place: "category"; category: string }
  | { place: "search"; query: string }
  | { place: "product"; productId: string }
  | { place: "cart" }
  | { place: "checkout" };

export function routeOf(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [head, ...rest] = path.split("/");
  const tail = decode(rest.join("/"));
  if (head === "products" && tail) return { place: "product", productId: tail };
  if (head === "categories" && tail) return { place: "category", category: tail };
  if (head === "search") return { place: "search", query: new URLSearchParams(search).get("q") ?? "" };
  if (head === "cart") return { place: "cart" };
  if (head === "checkout") return { place: "checkout" };
  return { place: "home" };
}

export function hrefOf(route: Route): string {
  switch (route.place) {
    case "home":
      return "#/";
    case "category":
      return `#/categories/${encodeURIComponent(route.category)}`;
    case "search":
      return `#/search?${new URLSearchParams({ q: route.query })}`;
    case "product":
      return `#/products/${encodeURIComponent(route.productId)}`;
    default:
      return `#/${route.place}`;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
