import type { components } from "./schema";

type Schemas = components["schemas"];

export type Product = Schemas["Product"];
export type ProductList = Schemas["ProductList"];
export type SearchAnswer = Schemas["SearchAnswer"];
export type RecommendRequest = Schemas["RecommendRequest"];
export type RecommendedItem = Schemas["Item"];
export type RecommendAnswer = Schemas["RecommendAnswer"];
export type PriceRequest = Schemas["PriceRequest"];
export type PriceAnswer = Schemas["PriceAnswer"];
export type FraudRequest = Schemas["FraudRequest"];
export type FraudAnswer = Schemas["FraudAnswer"];
export type EventsAnswer = Schemas["EventsAnswer"];
export type Problem = Schemas["Problem"];

/** A feature's value; which ones there are is for the definitions to say, not for the page. */
export type FeatureValue = number | string | boolean | null | FeatureValue[] | { [name: string]: FeatureValue };
export type VisitorFeatures = Omit<Schemas["VisitorFeatures"], "features"> & { features: Record<string, FeatureValue> };
