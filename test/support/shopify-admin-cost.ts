import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isLeafType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/**
 * What a question may cost, as Shopify's documentation says: a leaf nothing, an object a point, a list as many as `first` allows, a
 * mutation ten.
 */
export function requestedCost(schema: GraphQLSchema, document: DocumentNode, variables: Variables): number {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return 0;
  const isMutation = operation.operation === 'mutation';
  const root = isMutation ? schema.getMutationType() : schema.getQueryType();
  const inner = root ? costOf(schema, operation.selectionSet, root, variables) : 0;
  return isMutation ? 10 + inner : inner;
}

function costOf(schema: GraphQLSchema, { selections }: SelectionSetNode, type: GraphQLObjectType, variables: Variables): number {
  return selections.reduce((sum, one) => {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const narrowed = schema.getType(one.typeCondition?.name.value ?? '');
      return isObjectType(narrowed) ? sum + costOf(schema, one.selectionSet, narrowed, variables) : sum;
    }
    return one.kind === Kind.FIELD ? sum + costOfField(schema, one, type, variables) : sum;
  }, 0);
}

function costOfField(schema: GraphQLSchema, field: FieldNode, parent: GraphQLObjectType, variables: Variables): number {
  const type: GraphQLOutputType | undefined = parent.getFields()[field.name.value]?.type;
  const named = type === undefined ? undefined : getNamedType(type);
  if (named === undefined || isLeafType(named) || !isCompositeType(named) || field.selectionSet === undefined) return 0;
  const times = firstOf(field, variables) ?? 1;
  if (!isObjectType(named)) return 1 + costOf(schema, field.selectionSet, parent, variables);
  // Of a connection, the nodes count as often as it may have them.
  const inner = costOf(schema, field.selectionSet, named, variables);
  return named.name === 'PageInfo' ? 0 : times * (named.name.endsWith('Connection') ? inner : 1 + inner);
}

function firstOf({ arguments: given = [] }: FieldNode, variables: Variables): number | null {
  const value = given.find(({ name }) => name.value === 'first')?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  return value?.kind === Kind.VARIABLE ? Number(variables[value.name.value]) : null;
}

/** What an answer did cost: a point an object in it. */
export function actualCost(data: unknown): number {
  if (Array.isArray(data)) return (data as readonly unknown[]).reduce<number>((sum, one) => sum + actualCost(one), 0);
  if (typeof data !== 'object' || data === null) return 0;
  return Object.values(data).reduce<number>((sum, one) => sum + actualCost(one), 1);
}
