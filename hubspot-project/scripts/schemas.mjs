// What HubSpot is known to ask of each component's config. Its own schemas need an account; these are ours.
const text = (maxLength) => ({ type: 'string', minLength: 1, maxLength });
const https = { type: 'string', pattern: '^https://' };
const strings = (item = text(200)) => ({ type: 'array', items: item });
const object = (properties, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const choice = (...values) => ({ enum: values });

const TYPES = ['contact', 'company', 'deal', 'task', 'ticket'];
const EVENTS = ['creation', 'deletion', 'merge', 'restore', 'propertyChange', 'associationChange'];

const subscription = {
  ...object(
    {
      subscriptionType: choice(...EVENTS.map((event) => `object.${event}`)),
      objectType: choice(...TYPES),
      propertyName: text(100),
      active: { type: 'boolean' },
    },
    ['subscriptionType', 'objectType', 'active'],
  ),
  if: { properties: { subscriptionType: { const: 'object.propertyChange' } } },
  then: { required: ['propertyName'] },
  else: { not: { required: ['propertyName'] } },
};

export const SCHEMAS = {
  APPLICATION: object(
    {
      name: text(200),
      description: text(8192),
      logo: text(200),
      distribution: choice('marketplace', 'private'),
      isUserLevel: { type: 'boolean' },
      auth: object({
        type: choice('oauth'),
        redirectUrls: { ...strings(https), minItems: 1 },
        requiredScopes: { ...strings(), minItems: 1, uniqueItems: true, contains: { const: 'oauth' } },
        optionalScopes: strings(),
        conditionallyRequiredScopes: strings(),
      }),
      permittedUrls: object({ fetch: strings(https), iframe: strings(https), img: strings(https) }),
      support: object({
        supportEmail: { type: 'string', pattern: '^[^@ ]+@[^@ ]+$' },
        documentationUrl: https,
        supportUrl: https,
        supportPhone: { type: 'string', pattern: '^\\+[0-9]{7,15}$' },
      }),
    },
    ['name', 'description', 'distribution', 'isUserLevel', 'auth', 'permittedUrls', 'support'],
  ),
  CARD: object(
    {
      name: text(100),
      description: text(500),
      location: choice('crm.record.tab', 'crm.record.sidebar', 'crm.preview', 'helpdesk.sidebar'),
      entrypoint: { type: 'string', pattern: '^/app/cards/[A-Za-z]+\\.tsx$' },
      objectTypes: { ...strings(choice('deals', 'companies', 'contacts')), minItems: 1, uniqueItems: true },
      previewImage: object({
        file: { type: 'string', pattern: '^\\./[a-z-]+\\.png$' },
        altText: text(200),
      }),
    },
    ['name', 'description', 'location', 'entrypoint', 'objectTypes', 'previewImage'],
  ),
  SETTINGS: object({ entrypoint: { type: 'string', pattern: '^/app/settings/[A-Za-z]+\\.tsx$' } }),
  WEBHOOKS: object({
    settings: object({ targetUrl: https, maxConcurrentRequests: { type: 'integer', minimum: 6 } }),
    subscriptions: object({
      crmObjects: { type: 'array', items: subscription, maxItems: 1000, uniqueItems: true },
      legacyCrmObjects: { type: 'array' },
      hubEvents: strings(object({ subscriptionType: text(100), active: { type: 'boolean' } })),
    }),
  }),
};
