/** Signals a control call that cannot be served; the text goes to the caller with status 400. */
export class ControlError extends Error {}
