import { notifyRecordUpdateAvailable } from "lightning/uiRecordApi";
import AlongsideStatus from "c/alongsideStatus";
import { alertText, badge, refreshButton, show } from "./show";

jest.mock("@salesforce/customPermission/Alongside_Use", () => ({ __esModule: true, default: true }), { virtual: true });
jest.mock("@salesforce/customPermission/Alongside_Manage", () => ({ __esModule: true, default: undefined }), {
  virtual: true
});

describe("c-alongside-status for a user with the permission", () => {
  beforeEach(() => notifyRecordUpdateAvailable.mockResolvedValue());

  afterEach(() => {
    document.body.replaceChildren();
    jest.clearAllMocks();
  });

  it("refreshes the panel and the record", async () => {
    const { element, heard } = show(AlongsideStatus);

    refreshButton(element).click();
    await Promise.resolve();

    expect(heard).toEqual(["refresh"]);
    expect(notifyRecordUpdateAvailable).toHaveBeenCalledWith([{ recordId: "006000000000001AAA" }]);
    expect(alertText(element)).toBeUndefined();
    expect(badge(element)).toBeNull();
  });

  it("refreshes the panel only where there is no record", async () => {
    const { element, heard } = show(AlongsideStatus, { recordId: undefined });

    refreshButton(element).click();
    await Promise.resolve();

    expect(heard).toEqual(["refresh"]);
    expect(notifyRecordUpdateAvailable).not.toHaveBeenCalled();
  });

  it("shows an error until it is gone", async () => {
    const { element } = show(AlongsideStatus, { error: "Alongside could not be loaded." });
    expect(alertText(element)).toContain("could not be loaded");

    element.error = "";
    await Promise.resolve();

    expect(alertText(element)).toBeUndefined();
  });

  it.each([{}, { error: "Something failed." }])("is accessible with %j", async (properties) => {
    const { element } = show(AlongsideStatus, properties);

    await expect(element).toBeAccessible();
  });
});
