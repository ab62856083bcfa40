import { ApiError } from "../api/client";
import { hrefOf } from "../routing/route";

export function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const missing = error instanceof ApiError && error.status === 404;
  return (
    <div className="notice" role="alert">
      <p>{missing ? "This is not in the shop (any more)." : "The shop does not answer just now."}</p>
      {error instanceof ApiError && !missing && <p className="notice-detail">{error.message}</p>}
      <p>
        {missing ? <a href={hrefOf({ place: "home" })}>See everything</a> : <button type="button" className="button button-quiet" onClick={onRetry}>Try again</button>}
      </p>
    </div>
  );
}
