import type { Feature } from "./mergeFeatures";
import { ModeBadge } from "../shell/ModeBadge";
import { useFeatures } from "./useFeatures";
import { valueWords, wordsOf } from "./featureWords";

// Times that belong to another feature's products, in microseconds: no news to a reader.
const UNTOLD = /__recent_times_/;

/** The visitor's features as the store holds them now; what has just changed comes first. */
export function FeatureList() {
  const { data } = useFeatures();
  if (!data) return <p className="live-empty">No features yet.</p>;
  const shown = data.list.filter((feature) => !UNTOLD.test(feature.name));
  const sorted = shown.sort((a, b) => (b.changedAt ?? 0) - (a.changedAt ?? 0));
  return (
    <>
      <ModeBadge mode={data.mode} />
      <dl className="features">{sorted.map((feature) => <Row key={feature.name} feature={feature} />)}</dl>
      {data.position && <p className="decision">as of <code title={data.position}>{data.position}</code></p>}
    </>
  );
}

function Row({ feature }: { feature: Feature }) {
  const { words } = wordsOf(feature.name);
  return (
    <div className="feature" title={feature.name}>
      <dt>{words}</dt>
      <dd key={feature.changedAt ?? 0} className={feature.changedAt ? "feature-changed" : undefined}>
        {feature.changedAt !== undefined && typeof feature.value !== "object" && <span className="feature-before">{valueWords(feature.before, feature.name)} → </span>}
        {valueWords(feature.value, feature.name)}
      </dd>
    </div>
  );
}
