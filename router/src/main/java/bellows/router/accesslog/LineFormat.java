package bellows.router.accesslog;

import bellows.router.http1.AsciiWriter;

/** How a request becomes a line of the log. For one event loop. */
interface LineFormat {
  /** Appends the line, without its end. */
  void write(AsciiWriter out, AccessRecord record);
}
