/** vSphere keeps these three in names as `%25`, `%2f` and `%5c`, since its paths are made of them. */
export const plainName = (name: string): string => name.replace(/%(25|2f|5c)/gi, (code) => decodeURIComponent(code));
