package bellows.dea.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.dea.capacity.Capacity.Shortage;
import org.junit.jupiter.api.Test;

class CapacityTest {
  private final Capacity capacity = new Capacity(100, 1000);

  @Test
  void givesAllOrNothing() {
    assertThat(capacity.reserve("a", 60, 600)).isEmpty();
    assertThat(capacity.reserve("b", 60, 100)).contains(Shortage.MEMORY);
    assertThat(capacity.reserve("b", 40, 500)).contains(Shortage.DISK);
    assertThat(capacity.availableMemoryMb()).isEqualTo(40);
    assertThat(capacity.reserve("b", 40, 400)).isEmpty();
    assertThat(capacity.availableDiskMb()).isZero();
  }

  @Test
  void countsAHolderOnce() {
    assertThat(capacity.reserve("a", 60, 0)).isEmpty();
    assertThat(capacity.reserve("a", 90, 0)).isEmpty();
    capacity.release("a");
    capacity.release("a");
    assertThat(capacity.availableMemoryMb()).isEqualTo(100);
  }

  @Test
  void countsWhatIsThereAlreadyEvenPastTheLimit() {
    capacity.hold("old", 150, 0);
    assertThat(capacity.availableMemoryMb()).isZero();
    assertThat(capacity.reserve("new", 1, 0)).contains(Shortage.MEMORY);
  }
}
