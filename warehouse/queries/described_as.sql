-- A digest of the macros, views and descriptions that stand in the warehouse.
select described_as from state.upkeep;
