declare module "vitest" {
  export interface ProvidedContext {
    /** The folder of the built program, as users get it. */
    program: string;
  }
}

export {};
