package bellows.router.tracing;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;

/**
 * The trace of one request, as W3C Trace Context and B3 name it. Who calls with a trace stays in
 * it, in each of the two forms that is valid; a form that is absent or malformed is made from the
 * other one, else anew. In {@code traceparent} the router is a step of its own; B3 goes on as it
 * came, as gorouter does. One per exchange in progress, used again, so that a trace costs no
 * object.
 */
public final class Trace {
  private final TraceParent parent = new TraceParent();
  private final B3 b3 = new B3();
  private boolean there;
  private boolean stateGoesOn;

  /** There is no trace. */
  public void clear() {
    there = false;
  }

  /** Whether there is one. */
  public boolean isThere() {
    return there;
  }

  /**
   * @param high of the trace's id if it has to be a new one
   * @param span the router's own; not 0
   */
  public void read(RequestHead head, long high, long low, long span) {
    there = true;
    boolean hasB3 = b3.read(head);
    boolean hasParent = readParent(head);
    stateGoesOn = hasParent && head.has(HeaderName.TRACESTATE) && TraceState.isValid(head);
    if (!hasB3) {
      b3.high = hasParent ? parent.high : high;
      b3.low = hasParent ? parent.low : low;
      b3.brief = false;
      b3.span = span;
      b3.parent = 0;
      if (hasParent && b3.sampling == B3.UNDECIDED) {
        b3.sampling = (parent.flags & TraceParent.SAMPLED) == 0 ? B3.DROPPED : B3.SAMPLED;
      }
    }
    if (!hasParent) {
      parent.high = b3.high;
      parent.low = b3.low;
      parent.flags = b3.sampling == B3.DROPPED ? 0 : TraceParent.SAMPLED;
    }
    // B3 that came names a span that exists; the next one is below it.
    parent.parent = hasParent ? span : b3.span;
  }

  /** One header alone can be believed. */
  private boolean readParent(RequestHead head) {
    int header = head.indexOf(HeaderName.TRACEPARENT);
    if (header < 0) {
      return false;
    }
    for (int i = header + 1; i < head.count(); i++) {
      if (head.name(i) == HeaderName.TRACEPARENT) {
        return false;
      }
    }
    return parent.read(head.bytes(), head.valueStart(header), head.valueEnd(header));
  }

  /** Appends the headers for the endpoint, each a line. */
  public void writeHeaders(AsciiWriter out, RequestHead head) {
    out.put("traceparent: ");
    parent.write(out);
    out.crlf().put("tracestate: ");
    TraceState.write(out, parent.parent, head, stateGoesOn);
    out.crlf();
    b3.write(out);
  }

  /** Appends B3's id of the trace. */
  public void writeTraceId(AsciiWriter out) {
    b3.writeTrace(out);
  }

  /** Appends B3's id of the span. */
  public void writeSpanId(AsciiWriter out) {
    out.hex(b3.span, 16);
  }

  /** Appends the value of {@code traceparent}. */
  public void writeTraceParent(AsciiWriter out) {
    parent.write(out);
  }
}
