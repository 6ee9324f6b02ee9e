// eslint-disable-next-line no-unused-expressions
({
  /** There is no record here: the server is told which page is meant, and asks who may open it. */
  open: function (component) {
    component.set("v.error", "");
    component.set("v.canvasParameters", JSON.stringify({ page: "admin" }));
  },

  /** A signed request opens one page once: so the canvas app is made anew. */
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
