/** Whether a console is looked at, and whether there is something that was not seen. */
export interface Audience {
  /** Until the function that this answers is called. */
  attach(): () => void;
  isThere(): boolean;
  /** Something has come; true where that is to be drawn. */
  heard(): boolean;
  hasNews(): boolean;
}

export function createAudience(): Audience {
  let attached = 0;
  let hasNews = false;
  return {
    attach() {
      attached++;
      hasNews = false;
      let isOver = false;
      return () => {
        if (!isOver) attached--;
        isOver = true;
      };
    },
    isThere: () => attached > 0,
    heard() {
      const isNew = attached === 0 && !hasNews;
      if (isNew) hasNews = true;
      return isNew || attached > 0;
    },
    hasNews: () => hasNews,
  };
}
