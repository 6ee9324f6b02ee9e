// eslint-disable-next-line no-unused-expressions
({
  handleInit: function (component, event, helper) {
    helper.open(component);
  },

  handleRefresh: function (component, event, helper) {
    helper.reopen(component);
  },

  handleDenied: function (component) {
    component.set("v.denied", true);
  },

  handleCanvasError: function (component) {
    component.set("v.error", "Alongside could not be loaded. Refresh to try again, or ask your admin.");
  }
});
