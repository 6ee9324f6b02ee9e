import { LightningElement, api } from "lwc";
import { notifyRecordUpdateAvailable } from "lightning/uiRecordApi";
import manager from "@salesforce/customPermission/Alongside_Manage";
import user from "@salesforce/customPermission/Alongside_Use";

const DENIED = "Alongside is not switched on for you. Ask your admin for the permission set “Alongside User”.";

/** The native header over the canvas app: who may use it, what went wrong, and a way to begin anew. */
export default class AlongsideStatus extends LightningElement {
  @api recordId;
  @api error;

  connectedCallback() {
    if (!this.permitted) {
      this.dispatchEvent(new CustomEvent("denied"));
    }
  }

  get permitted() {
    return Boolean(user || manager);
  }

  get manager() {
    return Boolean(manager);
  }

  get problem() {
    return this.permitted ? this.error : DENIED;
  }

  /** Makes the panel anew, and lets the record page read what the panel may have changed. */
  async handleRefresh() {
    this.dispatchEvent(new CustomEvent("refresh"));
    if (this.recordId) {
      await notifyRecordUpdateAvailable([{ recordId: this.recordId }]);
    }
  }
}
