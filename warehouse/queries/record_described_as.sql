-- Those with this digest stand in the warehouse.
update state.upkeep set described_as = $digest;
