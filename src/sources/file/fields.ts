/** What can be imported. */
export const importKinds = ['people', 'orders', 'products', 'consents'] as const;
export type ImportKind = (typeof importKinds)[number];

interface KindFields {
  /** Fields, each with the headings under which files usually have it, without case, blanks and marks. */
  readonly headings: Readonly<Record<string, readonly string[]>>;
  /** Of each of these lists, one at least must be there. */
  readonly needs: readonly (readonly string[])[];
  /** Lines that stand together and are equal here are one thing. */
  readonly groupBy: string | null;
}
export type FieldOf = string;

const who = {
  user_id: ['user_id', 'userId', 'customer_id', 'external_id'],
  email: ['email', 'email address', 'e-mail', 'e-mail address', 'mail', 'e-mail-adresse'],
  phone: ['phone', 'phone number', 'mobile', 'mobile phone', 'telefon', 'mobil'],
} as const;
const named = ['user_id', 'email', 'phone'] as const;

/** What an import of each kind reads. */
export const fieldsOf: Readonly<Record<ImportKind, KindFields>> = {
  people: {
    headings: {
      ...who,
      first_name: ['first_name', 'given name', 'vorname'],
      last_name: ['last_name', 'surname', 'family name', 'nachname'],
      locale: ['locale', 'language', 'sprache'],
      country: ['country', 'country code', 'land'],
      timezone: ['timezone', 'time zone', 'zeitzone'],
      birthday: ['birthday', 'date of birth', 'geburtstag'],
      updated_at: ['updated_at', 'last changed'],
    },
    needs: [named],
    groupBy: null,
  },
  orders: {
    headings: {
      ...who,
      order_id: ['order_id', 'order number', 'order no', 'bestellnummer'],
      ordered_at: ['ordered_at', 'order date', 'created_at', 'date', 'bestelldatum'],
      updated_at: ['updated_at'],
      status: ['status', 'order status', 'financial status'],
      cancelled_at: ['cancelled_at', 'canceled at'],
      refunded: ['refunded', 'refunded amount'],
      currency: ['currency', 'währung'],
      total: ['total', 'order total', 'gesamtsumme'],
      tax: ['tax', 'taxes'],
      shipping: ['shipping', 'shipping cost'],
      discount: ['discount', 'discount amount'],
      coupon: ['coupon', 'discount code'],
      cart_id: ['cart_id'],
      test: ['test'],
      products: ['products', 'line_items'],
      product_id: ['product_id', 'line item product id', 'sku'],
      variant: ['variant', 'variant_id'],
      product_name: ['product_name', 'item name'],
      price: ['price', 'unit price'],
      quantity: ['quantity', 'qty', 'menge'],
      line_discount: ['line_discount'],
      cost: ['cost', 'unit cost'],
    },
    needs: [['order_id'], ['ordered_at'], named],
    groupBy: 'order_id',
  },
  products: {
    headings: {
      product_id: ['product_id', 'productId', 'handle', 'id'],
      name: ['name', 'title'],
      url: ['url', 'link'],
      image: ['image', 'image_url', 'image src'],
      category: ['category', 'type', 'product category'],
      family: ['family'],
      tags: ['tags'],
      collections: ['collections', 'collection'],
      not_for: ['not_for'],
      consumption_days: ['consumption_days'],
      currency: ['currency'],
      deleted: ['deleted'],
      updated_at: ['updated_at'],
      variant_id: ['variant_id', 'variant sku', 'sku'],
      variant_name: ['variant_name', 'option1 value'],
      price: ['price', 'variant price'],
      compare_at: ['compare_at', 'variant compare at price'],
      cost: ['cost', 'cost per item'],
      stock: ['stock', 'inventory', 'variant inventory qty'],
    },
    needs: [['product_id'], ['name']],
    groupBy: 'product_id',
  },
  consents: {
    headings: {
      ...who,
      channel: ['channel', 'kanal'],
      topic: ['topic'],
      state: ['state', 'consent', 'status', 'reason'],
      at: ['at', 'date', 'timestamp', 'consented_at'],
      confirmed_at: ['confirmed_at'],
      source: ['source'],
      evidence: ['evidence'],
      text: ['text'],
      ip: ['ip', 'ip address'],
    },
    needs: [named, ['channel'], ['state']],
    groupBy: null,
  },
};
