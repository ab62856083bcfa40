import { ForYou } from "../foryou/ForYou";
import { PageHeading } from "../shell/PageHeading";
import { Browse } from "./Browse";

export function HomePage() {
  return (
    <>
      <PageHeading title="A shop that answers each click" hidden />
      <ForYou />
      <section aria-labelledby="all-heading">
        <div className="section-head">
          <h2 id="all-heading">Everything</h2>
        </div>
        <Browse />
      </section>
    </>
  );
}
