import { useEffect } from "react";
import { trackClick } from "../events/track";
import { ForYou } from "../foryou/ForYou";
import { Failure } from "../shell/Failure";
import { PageHeading } from "../shell/PageHeading";
import { ProductGrid } from "./ProductGrid";
import { useSearch } from "./useProducts";

// Typing passes through many queries; the one that is rested on was meant.
const MEANT_MS = 500;

export function SearchPage({ query }: { query: string }) {
  const { data, isError, error, refetch, isPlaceholderData } = useSearch(query);
  useEffect(() => {
    if (!query) return;
    const timer = setTimeout(() => trackClick("searched", { query }, `“${query}”`), MEANT_MS);
    return () => clearTimeout(timer);
  }, [query]);
  return (
    <>
      <PageHeading title={query ? `“${query}”` : "Search"} follow={false} />
      {isError && !data ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <p className="result-count" role="status">{!query ? "Type what you are looking for." : data ? countWords(data.total) : "Searching…"}</p>
          {query && <ProductGrid products={data?.items} busy={isPlaceholderData} />}
        </>
      )}
      <ForYou />
    </>
  );
}

function countWords(total: number): string {
  if (total === 0) return "Nothing found. Try fewer or other words.";
  return total === 1 ? "1 product" : `${total} products`;
}
