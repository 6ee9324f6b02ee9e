import { vi } from 'vitest';

// hubspot.fetch() of the SDK calls self.hsFetch(), which HubSpot's worker provides.
Object.assign(globalThis, { self: globalThis, hsFetch: vi.fn() });
