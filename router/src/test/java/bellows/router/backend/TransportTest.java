package bellows.router.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransportTest {
  @Test
  void isTheFastestThatThereIsAndEndsDirectionsByThemselvesWhereThatIsNeeded() {
    assertThat(Transport.best(true, true, true)).isEqualTo(Transport.IO_URING);
    assertThat(Transport.best(false, true, false)).isEqualTo(Transport.EPOLL);
    assertThat(Transport.best(false, true, true)).isEqualTo(Transport.NIO);
    assertThat(Transport.best(false, false, false)).isEqualTo(Transport.NIO);
  }
}
