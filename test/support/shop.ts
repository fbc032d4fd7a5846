import { loadShop } from '../../src/shop.js';

/** The shop of this repository. */
export const shop = await loadShop('.');
