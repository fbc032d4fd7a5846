import { loadShop } from '../../src/project/shop.js';

/** The shop of this repository. */
export const shop = await loadShop('.');
