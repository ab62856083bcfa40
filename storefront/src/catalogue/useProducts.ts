import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { listProducts, readProduct, search } from "../api/shop";

const PAGE_SIZE = 24;
const FRESH_MS = 60_000;

export function useProducts(category?: string) {
  return useInfiniteQuery({
    queryKey: ["products", category ?? "all"],
    queryFn: ({ pageParam }) => listProducts({ category, limit: PAGE_SIZE, offset: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const shown = pages.reduce((sum, page) => sum + page.items.length, 0);
      return last.items.length > 0 && shown < last.total ? shown : undefined;
    },
    staleTime: FRESH_MS,
  });
}

export function useCategories() {
  return useQuery({
    queryKey: ["categories"],
    queryFn: async () => (await listProducts({ limit: 1, offset: 0 })).categories,
    staleTime: FRESH_MS,
  });
}

export function useProduct(productId: string) {
  return useQuery({ queryKey: ["product", productId], queryFn: () => readProduct(productId), staleTime: FRESH_MS });
}

export function useSearch(query: string) {
  return useQuery({
    queryKey: ["search", query],
    queryFn: () => search(query, PAGE_SIZE),
    enabled: query !== "",
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
}
