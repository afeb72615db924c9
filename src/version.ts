/** The version of the package, as the program and its pages name it. */
export const VERSION = '0.1.0';
