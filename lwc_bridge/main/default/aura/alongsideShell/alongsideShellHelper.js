// eslint-disable-next-line no-unused-expressions
({
  /** Ids only: parameters are signed as they are, and large ones break the post. */
  open: function (component) {
    var recordId = component.get("v.recordId");
    var objectApiName = component.get("v.sObjectName");
    component.set("v.error", "");
    component.set(
      "v.canvasParameters",
      recordId && objectApiName ? JSON.stringify({ recordId: recordId, objectApiName: objectApiName }) : ""
    );
  },

  /** A canvas app reads its parameters once, when it is made: so it is made anew. */
  reopen: function (component) {
    var self = this;
    component.set("v.canvasParameters", "");
    window.setTimeout(
      $A.getCallback(function () {
        if (component.isValid()) {
          self.open(component);
        }
      }),
      0
    );
  }
});
