import { createElement } from "lwc";
import mint from "@salesforce/apex/AlongsideMint.mint";
import AlongsideEmbed from "c/alongsideEmbed";

jest.mock("@salesforce/apex/AlongsideMint.mint", () => ({ default: jest.fn() }), { virtual: true });
jest.mock("@salesforce/i18n/locale", () => ({ __esModule: true, default: "da-DK" }), { virtual: true });
jest.mock("@salesforce/i18n/timeZone", () => ({ __esModule: true, default: "Europe/Copenhagen" }), { virtual: true });
jest.mock("@salesforce/customPermission/Alongside_Use", () => ({ __esModule: true, default: true }), { virtual: true });

const DEAL = "006000000000001AAA";
const OTHER_DEAL = "006000000000002AAA";

const settled = () => new Promise((resolve) => process.nextTick(resolve));
const frame = (element) => element.shadowRoot.querySelector("lightning-ui-embedding");
const status = (element) => element.shadowRoot.querySelector("c-alongside-status");

async function show(properties = {}) {
  const element = createElement("c-alongside-embed", { is: AlongsideEmbed });
  Object.assign(element, { origin: "https://app.example.com", recordId: DEAL, ...properties });
  document.body.appendChild(element);
  await settled();
  return element;
}

describe("c-alongside-embed", () => {
  beforeEach(() => mint.mockImplementation(async ({ recordId }) => `code-of-${recordId}`));

  afterEach(() => {
    document.body.replaceChildren();
    jest.resetAllMocks();
  });

  it("frames the empty panel and hands it a code", async () => {
    const element = await show();

    expect(frame(element).src).toBe("https://app.example.com/salesforce/embed");
    expect(frame(element).sandbox).not.toContain("allow-same-origin");
    expect(frame(element).props).toEqual({ code: `code-of-${DEAL}`, locale: "da-DK", timeZone: "Europe/Copenhagen" });
    expect(mint).toHaveBeenCalledTimes(1);
  });

  it("gets another code for the same frame when it asks", async () => {
    const element = await show();
    const first = frame(element);
    mint.mockResolvedValue("second");

    first.dispatchEvent(new CustomEvent("alongsiderenew"));
    await settled();

    expect(frame(element)).toBe(first);
    expect(first.props.code).toBe("second");
  });

  it("makes a new frame for another record", async () => {
    const element = await show();
    const first = frame(element);

    element.recordId = OTHER_DEAL;
    await settled();

    expect(frame(element)).not.toBe(first);
    expect(frame(element).props.code).toBe(`code-of-${OTHER_DEAL}`);
  });

  it("drops a code that arrives after the record was switched", async () => {
    let late;
    mint.mockImplementationOnce(() => new Promise((resolve) => (late = resolve)));
    const element = await show();

    element.recordId = OTHER_DEAL;
    await settled();
    late("late");
    await settled();

    expect(frame(element).props.code).toBe(`code-of-${OTHER_DEAL}`);
  });

  it("says what Apex refused, and frames nothing", async () => {
    mint.mockRejectedValue({ body: { message: "You may not see this record." } });

    const element = await show();

    expect(frame(element)).toBeNull();
    expect(status(element).error).toBe("You may not see this record.");
  });

  it("says so in its own words when there are no others", async () => {
    mint.mockRejectedValue(new Error("internal detail"));

    expect(status(await show()).error).toContain("could not be loaded");
  });

  it("says when the frame could not be brought up, and tries again on refresh", async () => {
    const element = await show();
    frame(element).dispatchEvent(
      new CustomEvent("sf-embedding.component.error", { bubbles: true, composed: true, detail: { code: "BOOTSTRAP" } })
    );
    await settled();
    expect(status(element).error).toContain("could not be loaded");

    status(element).dispatchEvent(new CustomEvent("refresh"));
    await settled();

    expect(status(element).error).toBe("");
    expect(mint).toHaveBeenCalledTimes(2);
  });

  it("asks for no code for whom it is not switched on", async () => {
    const element = await show({ recordId: undefined });
    status(element).dispatchEvent(new CustomEvent("denied"));

    element.recordId = DEAL;
    await settled();

    expect(mint).not.toHaveBeenCalled();
    expect(frame(element)).toBeNull();
  });

  it.each([
    [900, "900px"],
    [3, "160px"],
    [1_000_000, "10000px"]
  ])("is as high as its content of %d px", async (wanted, height) => {
    const element = await show();

    frame(element).dispatchEvent(new CustomEvent("alongsideresize", { detail: { height: wanted } }));
    await settled();

    expect(element.shadowRoot.querySelector(".frame").style.height).toBe(height);
  });

  it("keeps its height when the frame names none", async () => {
    const element = await show();

    frame(element).dispatchEvent(new CustomEvent("alongsideresize", { detail: { height: "tall" } }));
    await settled();

    expect(element.shadowRoot.querySelector(".frame").style.height).toBe("640px");
  });

  it("is accessible", async () => {
    await expect(await show()).toBeAccessible();
  });
});
