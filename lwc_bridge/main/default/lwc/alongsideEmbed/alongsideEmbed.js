import { LightningElement, api } from "lwc";
import locale from "@salesforce/i18n/locale";
import timeZone from "@salesforce/i18n/timeZone";
import mint from "@salesforce/apex/AlongsideMint.mint";

const FAILED = "Alongside could not be loaded. Refresh to try again, or ask your admin.";
const ERROR = "sf-embedding.component.error";
const LEAST = 160; // px: as high as an empty card

/** Alongside on a record page through UI embedding. The frame gets one-time codes, never a session of this org. */
export default class AlongsideEmbed extends LightningElement {
  /** The origin that Alongside runs on. Set in App Builder; it has to be a Trusted URL. */
  @api origin;
  error;
  sessions = [];
  height = 640; // px, until the frame says how high it is
  denied = false;
  started = 0;
  record;

  @api get recordId() {
    return this.record;
  }
  set recordId(value) {
    if (value === this.record) return;
    this.record = value;
    if (this.isConnected) this.begin();
  }

  handleError = () => {
    this.error = FAILED;
  };

  connectedCallback() {
    this.template.addEventListener(ERROR, this.handleError); // a name with dots cannot stand in the template
    this.begin();
  }

  disconnectedCallback() {
    this.template.removeEventListener(ERROR, this.handleError);
  }

  get source() {
    return `${this.origin}/salesforce/embed`;
  }

  get frameStyle() {
    return `height: ${this.height}px`;
  }

  /** Makes the frame anew: its properties may change, its source and whom it is for may not. */
  async begin() {
    this.started += 1;
    this.sessions = [];
    this.error = "";
    if (this.denied || !this.record) return;
    const id = this.started;
    const code = await this.code(id);
    if (code) this.sessions = [{ id, props: this.properties(code) }];
  }

  /** A code for the frame of `id`; nothing when it failed, or when another record is shown by now. */
  async code(id) {
    try {
      const code = await mint({ recordId: this.record });
      return id === this.started ? code : "";
    } catch (failure) {
      if (id === this.started) this.error = failure?.body?.message ?? FAILED;
      return "";
    }
  }

  properties(code) {
    return { code, locale, timeZone };
  }

  async handleRenew() {
    const id = this.started;
    const code = await this.code(id);
    if (code) this.sessions = [{ id, props: this.properties(code) }];
  }

  handleResize(event) {
    const wanted = event.detail?.height;
    if (Number.isFinite(wanted)) this.height = Math.min(Math.max(wanted, LEAST), 10_000);
  }

  handleRefresh() {
    this.begin();
  }

  handleDenied() {
    this.denied = true;
    this.sessions = [];
  }
}
