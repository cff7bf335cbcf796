/** What a user can mend: who, what is wrong, what came, what to do. */
export class NewPluginError extends Error {}
