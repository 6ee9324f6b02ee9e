export const notifyRecordUpdateAvailable = jest.fn();
