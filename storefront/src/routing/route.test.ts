import { describe, expect, it } from "vitest";
import { hrefOf, routeOf, type Route } from "./route";

const ROUTES: Route[] = [
  { place: "home" },
  { place: "category", category: "garden & home" },
  { place: "search", query: "50 % off? #1" },
  { place: "product", productId: "a/b 1" },
  { place: "cart" },
  { place: "checkout" },
];

describe("routes", () => {
  it.each(ROUTES)("$place survives the way into the address and back", (route) => {
    expect(routeOf(hrefOf(route))).toEqual(route);
  });

  it.each(["", "#", "#/", "#/nowhere", "#/products/"])("%j leads home", (hash) => {
    expect(routeOf(hash)).toEqual({ place: "home" });
  });

  it("takes a broken escape as it stands", () => {
    expect(routeOf("#/products/%E0%A4%A")).toEqual({ place: "product", productId: "%E0%A4%A" });
  });
});
