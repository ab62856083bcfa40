import { useProducts } from "./useProducts";
import { Failure } from "../shell/Failure";
import { ProductGrid } from "./ProductGrid";

/** Products of a category, or of all, page by page. */
export function Browse({ category }: { category?: string }) {
  const { data, isError, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useProducts(category);
  if (isError && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <ProductGrid products={data?.pages.flatMap((page) => page.items)} busy={isFetchingNextPage} />
      {hasNextPage && (
        <p className="more">
          <button type="button" className="button button-quiet" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </button>
        </p>
      )}
    </>
  );
}
