/** A product's picture; its name stands beside it, so it is silent to screen readers unless `alt` says more. */
export function Picture({ image, alt = "", eager = false }: { image: string | null | undefined; alt?: string; eager?: boolean }) {
  return (
    <span className="picture">
      {image ? <img src={image} alt={alt} width={400} height={400} loading={eager ? "eager" : "lazy"} decoding="async" /> : null}
    </span>
  );
}
