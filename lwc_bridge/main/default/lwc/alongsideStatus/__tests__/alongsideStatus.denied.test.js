import AlongsideStatus from "c/alongsideStatus";
import { alertText, refreshButton, show } from "./show";

jest.mock("@salesforce/customPermission/Alongside_Use", () => ({ __esModule: true, default: undefined }), {
  virtual: true
});
jest.mock("@salesforce/customPermission/Alongside_Manage", () => ({ __esModule: true, default: undefined }), {
  virtual: true
});

describe("c-alongside-status for a user without the permission", () => {
  afterEach(() => document.body.replaceChildren());

  it("says whom to ask, and asks the shell to stay empty", () => {
    const { element, heard } = show(AlongsideStatus);

    expect(heard).toEqual(["denied"]);
    expect(alertText(element)).toContain("Ask your admin");
    expect(refreshButton(element)).toBeNull();
  });

  it("is accessible", async () => {
    const { element } = show(AlongsideStatus);

    await expect(element).toBeAccessible();
  });
});
