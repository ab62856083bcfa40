export interface Product {
  product_id: string;
  title: string;
  category: string;
  brand?: string | null;
  description?: string | null;
  price_cents: number;
  currency: string;
  image?: string | null;
  in_stock?: boolean | null;
}
export interface Category { name: string; count: number }
export interface ProductList { items: Product[]; total: number; categories: Category[] }
export interface SearchAnswer { query: string; items: Product[]; total: number }
interface Decided { decision_id: string; decided_at: string; mode: string; model?: string | null; reasons: string[] }
export interface RecommendedItem {
  product_id: string; title: string; category: string; brand?: string | null; price_cents: number; currency: string;
  image?: string | null; score: number; reason: string;
}
export interface RecommendationAnswer extends Decided { arm?: string | null; items: RecommendedItem[] }
export interface PriceAnswer extends Decided { product_id: string; price_cents: number; list_price_cents: number; currency: string }
export interface FraudRequest {
  payment_id: string; amount_cents: number; currency: string; order_id?: string; customer_id?: string; visitor_id?: string;
  card_id?: string; device_id?: string; method?: string; card_country?: string; shipping_country?: string; billing_country?: string;
}
export interface FraudAnswer extends Decided { payment_id: string; action: "accept" | "review" | "decline"; risk: number }
export type FeatureValue = number | string | boolean | null | unknown[];
export interface VisitorFeatures { at: string; position?: string | null; mode: string; features: Record<string, FeatureValue> }
export interface EventsAnswer { accepted: number; rejected: { line: number; reasons: string[]; dead_letter_id?: string | null }[] }
