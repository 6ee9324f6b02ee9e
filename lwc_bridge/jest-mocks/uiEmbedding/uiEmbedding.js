import { LightningElement, api } from "lwc";

/** Salesforce's own component, as far as a page sees it. */
export default class UiEmbedding extends LightningElement {
  @api src;
  @api sandbox;
  @api shellTitle;
  @api props;
}
