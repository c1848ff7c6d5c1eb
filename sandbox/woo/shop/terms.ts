import { WooError } from '../answer';
import { selfLinks } from '../links';
import { generatedSlug } from '../products/text';
import { type Parameter } from '../schema';
import { nextId } from '../store';
import { asBoolean, asWhole, textOf } from '../values';
import { type Attribute, type Category } from './model';
import { type Resource } from './resource';

const named: Record<string, Parameter> = { name: { type: 'string' }, slug: { type: 'string' } };

/** Parameters of categories and attributes; a new one needs its name. */
export const termParameters: Record<string, Parameter> = {
  ...named,
  name: { type: 'string', isRequired: true },
};
export const termUpdateParameters = named;

/** `/products/categories` (rec: category_create). */
export const categories: Resource<Category> = {
  path: 'products/categories',
  plural: 'Resource',
  rows: (store) => store.categories,
  missing: () => new WooError(404, 'woocommerce_rest_term_invalid', 'Resource does not exist.'),
  compare: (a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)),
  fits: (row, input) => input['slug'] === undefined || row.slug === input['slug'],
  written: ({ store }, before, input) => {
    const name = textOf(input['name']) ?? before?.name ?? '';
    const parent = asWhole(input['parent'] ?? before?.parent);
    const twin = [...store.categories.values()].find(
      (one) =>
        one.id !== before?.id &&
        one.parent === parent &&
        one.name.toLowerCase() === name.toLowerCase(),
    );
    if (twin !== undefined) {
      const message = 'A term with the name provided already exists with this parent.';
      throw new WooError(400, 'term_exists', message, { resource_id: twin.id });
    }
    return {
      id: before?.id ?? nextId(store, 'term'),
      name,
      slug: textOf(input['slug']) ?? before?.slug ?? generatedSlug(name),
      parent,
      description: textOf(input['description']) ?? before?.description ?? '',
      display: textOf(input['display']) ?? before?.display ?? 'default',
      menuOrder: asWhole(input['menu_order'] ?? before?.menuOrder),
    };
  },
  view: (store, { id, name, slug, parent, description, display, menuOrder }) => ({
    id,
    name,
    slug,
    parent,
    description,
    display,
    image: null,
    menu_order: menuOrder,
    count: [...store.products.values()].filter((one) => one.categoryIds.includes(id)).length,
    _links: {
      ...selfLinks(store, 'products/categories', String(id)),
      ...(parent === 0
        ? {}
        : { up: [{ href: `${store.homeUrl}/wp-json/wc/v3/products/categories/${parent}` }] }),
    },
  }),
};

/** `/products/attributes` (rec: attribute_create). */
export const attributes: Resource<Attribute> = {
  path: 'products/attributes',
  plural: 'Resource',
  rows: (store) => store.attributes,
  missing: () => new WooError(404, 'woocommerce_rest_taxonomy_invalid', 'Resource does not exist.'),
  written: ({ store }, before, input) => {
    const name = textOf(input['name']) ?? before?.name ?? '';
    const slug = `pa_${(textOf(input['slug']) ?? before?.slug ?? generatedSlug(name)).replace(/^pa_/, '')}`;
    if ([...store.attributes.values()].some((one) => one.id !== before?.id && one.slug === slug)) {
      const message = `Slug "${slug.slice(3)}" is already in use. Change it, please.`;
      throw new WooError(400, 'woocommerce_rest_cannot_create', message);
    }
    return {
      id: before?.id ?? nextId(store, 'attribute'),
      name,
      slug,
      type: textOf(input['type']) ?? before?.type ?? 'select',
      orderBy: textOf(input['order_by']) ?? before?.orderBy ?? 'menu_order',
      hasArchives: asBoolean(input['has_archives'] ?? before?.hasArchives),
    };
  },
  view: (store, { id, name, slug, type, orderBy, hasArchives }) => ({
    id,
    name,
    slug,
    type,
    order_by: orderBy,
    has_archives: hasArchives,
    _links: selfLinks(store, 'products/attributes', String(id)),
  }),
};
