import { hrefOf, type Route } from "../routing/route";
import { useCategories } from "./useProducts";

export function CategoryNav({ route }: { route: Route }) {
  const { data: categories } = useCategories();
  const here = route.place === "category" ? route.category : undefined;
  return (
    <nav className="categories" aria-label="Categories">
      <ul>
        <li>
          <a href={hrefOf({ place: "home" })} aria-current={route.place === "home" ? "page" : undefined}>Everything</a>
        </li>
        {categories?.map(({ name }) => (
          <li key={name}>
            <a href={hrefOf({ place: "category", category: name })} aria-current={name === here ? "page" : undefined}>{capitalize(name)}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
