import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { type StoredProduct, showProduct, showProducts } from '../../app/catalogue/show-products.js';
import { tellProducts } from '../../app/catalogue/tell-products.js';
import { isInStock, type Product, priceOf, type ToldProduct } from '../../domain/catalogue/product.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import { product, productsBody, productsTaken } from '../contract/products.js';
import { idParams, pageOf, pageQuery } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found } from '../problem.js';

/** 500 products with all their words. */
const largestBody = 8 * 1024 * 1024;

export function productRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.put(
      '/products',
      {
        bodyLimit: largestBody,
        config: keyed('events', 'product.tell', changes(nobody)),
        schema: {
          tags: ['products'],
          summary: 'Tell products as the shop has them now, each whole, 500 at most; one that is not valid refuses all of them',
          body: productsBody,
          response: { 200: productsTaken },
        },
      },
      (request) => tellProducts(app, request.body.products.map(toTold)),
    );

    server.get(
      '/products',
      {
        config: keyed('read', 'product.list', nothing),
        schema: {
          tags: ['products'],
          summary: 'Products by id, those that are no longer offered too',
          querystring: pageQuery,
          response: { 200: pageOf(product) },
        },
      },
      async (request) => {
        const { items, nextCursor } = await showProducts(app, toPageRequest(request.query));
        return { items: items.map(answerOf), nextCursor };
      },
    );

    server.get(
      '/products/:id',
      {
        config: keyed('read', 'product.show', nothing),
        schema: { tags: ['products'], summary: 'A product', params: idParams, response: { 200: product } },
      },
      async (request) => answerOf(found(await showProduct(app, request.params.id), 'product', request.params.id)),
    );
  };
}

type ToldBody = z.output<typeof productsBody>['products'][number];

function toTold(body: ToldBody): ToldProduct {
  const { productId, updatedAt } = body;
  if (body.deleted === true) return { productId, updatedAt, product: null };
  const { productId: _id, updatedAt: _at, deleted: _no, family, ...said } = body;
  return { productId, updatedAt, product: { ...said, family: family ?? productId } };
}

function answerOf({ productId, updatedAt, receivedAt, product: kept }: StoredProduct) {
  const head = { productId, updatedAt, receivedAt };
  if (kept === null) return { ...head, ...nothingOffered, deleted: true };
  return { ...head, ...kept, deleted: false, isInStock: isInStock(kept), price: priceOf(kept) };
}

const nothingOffered = {
  name: null,
  url: null,
  images: [],
  category: null,
  family: null,
  tags: [],
  collections: [],
  notFor: [],
  consumptionDays: null,
  currency: null,
  variants: [],
  isInStock: false,
  price: null,
} satisfies Readonly<Record<keyof Product | 'isInStock' | 'price', unknown>>;
