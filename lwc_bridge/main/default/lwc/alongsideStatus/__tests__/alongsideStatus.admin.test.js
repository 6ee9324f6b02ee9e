import AlongsideStatus from "c/alongsideStatus";
import { badge, refreshButton, show } from "./show";

jest.mock("@salesforce/customPermission/Alongside_Use", () => ({ __esModule: true, default: undefined }), {
  virtual: true
});
jest.mock("@salesforce/customPermission/Alongside_Manage", () => ({ __esModule: true, default: true }), {
  virtual: true
});

describe("c-alongside-status for an admin", () => {
  afterEach(() => document.body.replaceChildren());

  it("says so, and admits without the user's permission", () => {
    const { element, heard } = show(AlongsideStatus);

    expect(badge(element).label).toBe("Admin");
    expect(refreshButton(element)).not.toBeNull();
    expect(heard).toEqual([]);
  });

  it("is accessible", async () => {
    const { element } = show(AlongsideStatus);

    await expect(element).toBeAccessible();
  });
});
