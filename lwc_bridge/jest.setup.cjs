require("@sa11y/jest").setup();
