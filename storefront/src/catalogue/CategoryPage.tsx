import { ForYou } from "../foryou/ForYou";
import { PageHeading } from "../shell/PageHeading";
import { Browse } from "./Browse";
import { capitalize } from "./CategoryNav";

export function CategoryPage({ category }: { category: string }) {
  return (
    <>
      <PageHeading title={capitalize(category)} />
      <Browse category={category} />
      <ForYou />
    </>
  );
}
